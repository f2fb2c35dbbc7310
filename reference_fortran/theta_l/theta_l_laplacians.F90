! Laplacians of all fields of a theta-l state in one element: those that hyperviscosity and sponge are made of.
!
! HOMME: viscosity_theta:biharmonic_wk_theta
module theta_l_laplacians
  use kinds, only: rk
  use element_data, only: tensorvisc
  use element_operators, only: laplace_wk_slab, laplace_wk_tensor_slab, &
                               vlaplace_wk_contra_slab, vlaplace_wk_cartesian_tensor_slab
  use nonhydrostatic_tendency, only: upward, height
  use theta_l_column, only: nodes
  use theta_l_reference, only: lap_p_wk
  use theta_l_settings, only: nu, nu_div, hypervis_scaling, hv_theta_correction, hv_theta_thresh
  use theta_l_tendency, only: theta_mass, thickness
  implicit none
  private
  public :: first_laplacian, second_laplacian, constant_laplacian, tensor_laplacian

contains

  ! constant coefficient; nu_div / nu enters here and only here
  subroutine first_laplacian(nf, nlev, e, dp_reference, theta_reference, phi_reference, state, lap)
    integer, intent(in) :: nf, nlev, e
    real(rk), intent(in), dimension(nodes, nlev) :: dp_reference, theta_reference, phi_reference
    real(rk), intent(in) :: state(nodes, nf, nlev)
    real(rk), intent(out) :: lap(nodes, nf, nlev)
    real(rk) :: perturbation(nodes, nlev, theta_mass:nf)
    integer :: k, c
    perturbation(:, :, theta_mass) = state(:, theta_mass, :) - theta_reference
    perturbation(:, :, thickness) = state(:, thickness, :) - dp_reference
    if (nf > thickness) perturbation(:, :, upward) = state(:, upward, :)
    if (nf > thickness) perturbation(:, :, height) = state(:, height, :) - phi_reference
    do k = 1, nlev
      call vlaplace_wk_contra_slab(state(1, 1, k), nu_div / nu, e, lap(1, 1, k))
      do c = theta_mass, nf
        call laplace_wk_slab(perturbation(1, k, c), e, lap(1, c, k))
      end do
    end do
    if (hv_theta_correction > 0) call correct_theta_laplacian(nf, nlev, dp_reference, lap_p_wk(1, 1, 1, e), &
                                                              perturbation(1, 1, theta_mass), lap)
  end subroutine first_laplacian

  ! along pressure surfaces: lap(theta) -= (d theta / dp) lap(p), the slope limited smoothly by hv_theta_thresh
  subroutine correct_theta_laplacian(nf, nlev, dp_reference, lap_p, theta, lap)
    integer, intent(in) :: nf, nlev
    real(rk), intent(in) :: dp_reference(nodes, nlev), lap_p(nodes, nlev), theta(nodes, nlev)
    real(rk), intent(inout) :: lap(nodes, nf, nlev)
    real(rk) :: above(nodes), below(nodes), slope(nodes)
    integer :: k
    above = theta(:, 1)
    do k = 1, nlev
      below = (theta(:, k) + theta(:, min(k+1, nlev))) / 2
      slope = (below - above) / dp_reference(:, k)
      slope = slope / (1 + abs(slope) / hv_theta_thresh)
      lap(:, theta_mass, k) = lap(:, theta_mass, k) - slope * lap_p(:, k)
      above = below
    end do
  end subroutine correct_theta_laplacian

  ! weak and not yet assembled, in place; with the viscosity tensor if hypervis_scaling > 0
  subroutine second_laplacian(nf, nlev, e, lap)
    integer, intent(in) :: nf, nlev, e
    real(rk), intent(inout) :: lap(nodes, nf, nlev)
    integer :: k
    do k = 1, nlev
      if (hypervis_scaling > 0) then
        call tensor_laplacian(nf, e, tensorvisc(1, 1, 1, 1, e), lap(1, 1, k))
      else
        call constant_laplacian(nf, e, lap(1, 1, k))
      end if
    end do
  end subroutine second_laplacian

  subroutine constant_laplacian(nf, e, fields)
    integer, intent(in) :: nf, e
    real(rk), intent(inout) :: fields(nodes, nf)
    real(rk) :: lap(nodes, nf)
    integer :: c
    call vlaplace_wk_contra_slab(fields, 1.0_rk, e, lap)
    do c = theta_mass, nf
      call laplace_wk_slab(fields(1, c), e, lap(1, c))
    end do
    fields = lap
  end subroutine constant_laplacian

  subroutine tensor_laplacian(nf, e, tensor, fields)
    integer, intent(in) :: nf, e
    real(rk), intent(in) :: tensor(nodes, 2, 2)
    real(rk), intent(inout) :: fields(nodes, nf)
    real(rk) :: lap(nodes, nf)
    integer :: c
    call vlaplace_wk_cartesian_tensor_slab(fields, tensor, e, lap)
    do c = theta_mass, nf
      call laplace_wk_tensor_slab(fields(1, c), tensor, e, lap(1, c))
    end do
    fields = lap
  end subroutine tensor_laplacian

end module theta_l_laplacians
