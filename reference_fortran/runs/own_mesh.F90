! The cubed sphere made here and made the grid of all operators: metric terms, who shares which node, Coriolis parameter.
!
! HOMME: prim_driver_base (prim_init1_geometry)   CAM-SE: prim_init
module own_mesh
  use kinds, only: rk, dk
  use element_data
  use mesh, only: build, install
  use planets, only: planet
  use ulps, only: nudge
  implicit none
  private
  public :: make_mesh

contains

  ! map: 0 gnomonic, 2 element-local. A scaling of 0 is no tensor. Every number an ulp off, where ulps are sown.
  subroutine make_mesh(world, ne, map, hypervis_scaling, laplace_scaling)
    type(planet), intent(in) :: world
    integer, intent(in) :: ne, map
    real(dk), intent(in) :: hypervis_scaling, laplace_scaling
    real(rk) :: radii(3)
    call build(ne, map, hypervis_scaling, laplace_scaling, world%radius, world%omega)
    call install
    radii = [rearth, rrearth, rigid_factor]
    call nudge(size(radii), radii)
    rearth = radii(1)
    rrearth = radii(2)
    rigid_factor = radii(3)
    call nudge(size(dvv), dvv)
    deriv = transpose(dvv)
    call nudge(size(mp), mp)
    call nudge(size(d), d)
    call nudge(size(dinv), dinv)
    call nudge(size(metinv), metinv)
    call nudge(size(metdet), metdet)
    call nudge(size(rmetdet), rmetdet)
    call nudge(size(spheremp), spheremp)
    call nudge(size(rspheremp), rspheremp)
    call nudge(size(fcor), fcor)
    call nudge(size(vec_sphere2cart), vec_sphere2cart)
    call nudge(size(tensorvisc), tensorvisc)
    call nudge(size(tensorvisc_2), tensorvisc_2)
    call set_gradient_wk_weights
  end subroutine make_mesh

end module own_mesh
