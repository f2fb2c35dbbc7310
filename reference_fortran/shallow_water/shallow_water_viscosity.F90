! Laplacian or biharmonic viscosity of shallow water, constant or tensor. It acts on the wind and on p + ps, the surface:
! water at rest over a mountain stays at rest. nu_div / nu multiplies the divergent part in both Laplacians.
!
! HOMME: sweqx/advance_mod (advance_hypervis), viscosity_mod (biharmonic_wk)
module shallow_water_viscosity
  use kinds, only: rk
  use dimensions, only: np
  use element_data, only: spheremp, tensorvisc
  use element_operators, only: laplace_wk_slab, laplace_wk_tensor_slab, vlaplace_wk_contra_slab, &
                               vlaplace_wk_cartesian_tensor_slab
  use assembly, only: dss_wk
  use shallow_water_settings
  implicit none
  private
  public :: advance_hypervis, add_viscous_tendency
  integer, parameter, public :: nodes = np * np, nfields = 3

contains

  ! state over dt, in substeps of forward Euler
  subroutine advance_hypervis(ne, dt, ps, state)
    integer, intent(in) :: ne
    real(rk), intent(in) :: dt, ps(nodes, ne)
    real(rk), intent(inout) :: state(nodes, nfields, ne)
    real(rk), allocatable :: weak(:, :, :)
    real(rk) :: mass(nodes), h
    integer :: n, e
    if (hypervis_order == 0 .or. (nu == 0 .and. nu_s == 0)) return
    allocate(weak, mold=state)
    h = dt / hypervis_subcycle
    do n = 1, hypervis_subcycle
      call weak_diffusion(ne, ps, state, weak)
      !$omp parallel do schedule(static) private(mass)
      do e = 1, ne
        mass = reshape(spheremp(:, :, e), [nodes])
        state(:, 1, e) = state(:, 1, e) * mass + h * nu * weak(:, 1, e)
        state(:, 2, e) = state(:, 2, e) * mass + h * nu * weak(:, 2, e)
        state(:, 3, e) = state(:, 3, e) * mass + h * nu_s * weak(:, 3, e)
      end do
      call dss_wk(state, nfields, ne)
    end do
  end subroutine advance_hypervis

  ! for schemes with viscosity in every stage: not assembled
  subroutine add_viscous_tendency(ne, ps, state, tendency)
    integer, intent(in) :: ne
    real(rk), intent(in) :: ps(nodes, ne), state(nodes, nfields, ne)
    real(rk), intent(inout) :: tendency(nodes, nfields, ne)
    real(rk), allocatable :: weak(:, :, :)
    real(rk) :: mass(nodes)
    integer :: e
    if (hypervis_order == 0 .or. (nu == 0 .and. nu_s == 0)) return
    allocate(weak, mold=state)
    call weak_diffusion(ne, ps, state, weak)
    !$omp parallel do schedule(static) private(mass)
    do e = 1, ne
      mass = reshape(spheremp(:, :, e), [nodes])
      tendency(:, 1, e) = tendency(:, 1, e) + nu * weak(:, 1, e) / mass
      tendency(:, 2, e) = tendency(:, 2, e) + nu * weak(:, 2, e) / mass
      tendency(:, 3, e) = tendency(:, 3, e) + nu_s * weak(:, 3, e) / mass
    end do
  end subroutine add_viscous_tendency

  ! the Laplacian, or minus the Laplacian of the continuous Laplacian; weak, not assembled
  subroutine weak_diffusion(ne, ps, state, weak)
    integer, intent(in) :: ne
    real(rk), intent(in) :: ps(nodes, ne), state(nodes, nfields, ne)
    real(rk), intent(out) :: weak(nodes, nfields, ne)
    integer :: e
    !$omp parallel do schedule(static)
    do e = 1, ne
      call vlaplace_wk_contra_slab(state(1, 1, e), first_ratio(), e, weak(1, 1, e))
      call laplace_wk_slab(state(:, 3, e) + ps(:, e), e, weak(1, 3, e))
    end do
    if (hypervis_order == 1) return
    call dss_wk(weak, nfields, ne)
    !$omp parallel do schedule(static)
    do e = 1, ne
      call second_laplacian(e, weak(1, 1, e))
    end do
  end subroutine weak_diffusion

  subroutine second_laplacian(e, fields)
    integer, intent(in) :: e
    real(rk), intent(inout) :: fields(nodes, nfields)
    real(rk) :: laplace(nodes, nfields)
    if (hypervis_scaling > 0) then
      call vlaplace_wk_cartesian_tensor_slab(fields, tensorvisc(1, 1, 1, 1, e), e, laplace)
      call laplace_wk_tensor_slab(fields(1, 3), tensorvisc(1, 1, 1, 1, e), e, laplace(1, 3))
    else
      call vlaplace_wk_contra_slab(fields, ratio(), e, laplace)
      call laplace_wk_slab(fields(1, 3), e, laplace(1, 3))
    end if
    fields = -laplace
  end subroutine second_laplacian

  pure real(rk) function ratio()
    ratio = 1.0_rk
    if (nu_div /= nu) ratio = nu_div / nu
  end function ratio

  ! a tensor's Cartesian form cannot tell divergence apart, so that the first Laplacian takes both factors
  pure real(rk) function first_ratio()
    first_ratio = ratio()
    if (hypervis_scaling > 0) first_ratio = ratio() * ratio()
    if (hypervis_order == 1) first_ratio = 1.0_rk
  end function first_ratio

end module shallow_water_viscosity
