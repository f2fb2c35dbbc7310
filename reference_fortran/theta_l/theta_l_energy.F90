! Energy of theta-l's state: of columns, times gravity, and its mean over the sphere.
!
! KE = sum dp (|u|^2/2 + (w_k^2 + w_{k+1}^2)/4),  IE = sum (cp Theta Pi + (phi_{k+1} - phi_k) p) + p_top phi_top,
! PE = sum dp (phi_k + phi_{k+1})/2.  Taylor et al. (2020), doi:10.1029/2019MS001783
! HOMME: prim_state_mod:prim_energy_halftimes
module theta_l_energy
  use kinds, only: rk
  use dimensions, only: np
  use element_data, only: spheremp, require_grid
  use eos_columns, only: nonhydrostatic_pressures
  use theta_l_column, only: hydrostatic_column, nodes
  use theta_l_settings, only: g, cp, ps0, hyai
  implicit none
  private
  public :: hydrostatic_energy, nonhydrostatic_energy, mean_energy
  real(rk), parameter :: sphere = 4 * acos(-1.0_rk)  ! area of radius 1

contains

  subroutine nonhydrostatic_energy(v, vtheta_dp, dp3d, phinh_i, w_i, kinetic, internal, potential, nlev, ne)
    integer, intent(in) :: nlev, ne
    real(rk), intent(in) :: v(np,np,2,nlev,ne), vtheta_dp(np,np,nlev,ne), dp3d(np,np,nlev,ne)
    real(rk), intent(in) :: phinh_i(np,np,nlev+1,ne), w_i(np,np,nlev+1,ne)
    real(rk), intent(out), dimension(np,np,ne) :: kinetic, internal, potential
    real(rk) :: p(nodes,nlev), exner(nodes,nlev), p_i(nodes,nlev+1), mu(nodes,nlev+1)
    integer :: e
    !$omp parallel do private(p, exner, p_i, mu)
    do e = 1, ne
      call nonhydrostatic_pressures(nodes, nlev, vtheta_dp(:,:,:,e), dp3d(:,:,:,e), phinh_i(:,:,:,e), p, exner, p_i, mu)
      call of_motion(nlev, v(:,:,:,:,e), dp3d(:,:,:,e), kinetic(:,:,e))
      call of_rising(nlev, w_i(:,:,:,e), dp3d(:,:,:,e), kinetic(:,:,e))
      call of_heat(nlev, vtheta_dp(:,:,:,e), p, exner, phinh_i(:,:,:,e), internal(:,:,e))
      call of_height(nlev, dp3d(:,:,:,e), phinh_i(:,:,:,e), potential(:,:,e))
    end do
  end subroutine nonhydrostatic_energy

  subroutine hydrostatic_energy(v, vtheta_dp, dp3d, phis, kinetic, internal, potential, nlev, ne)
    integer, intent(in) :: nlev, ne
    real(rk), intent(in) :: v(np,np,2,nlev,ne), vtheta_dp(np,np,nlev,ne), dp3d(np,np,nlev,ne), phis(np,np,ne)
    real(rk), intent(out), dimension(np,np,ne) :: kinetic, internal, potential
    real(rk) :: p(nodes,nlev), log_exner(nodes,nlev), exner(nodes,nlev), phi_i(nodes,nlev+1)
    integer :: e
    !$omp parallel do private(p, log_exner, exner, phi_i)
    do e = 1, ne
      call hydrostatic_column(nlev, phis(:,:,e), vtheta_dp(:,:,:,e), dp3d(:,:,:,e), p, log_exner, exner, phi_i)
      call of_motion(nlev, v(:,:,:,:,e), dp3d(:,:,:,e), kinetic(:,:,e))
      call of_heat(nlev, vtheta_dp(:,:,:,e), p, exner, phi_i, internal(:,:,e))
      call of_height(nlev, dp3d(:,:,:,e), phi_i, potential(:,:,e))
    end do
  end subroutine hydrostatic_energy

  ! [J m-2], element by element, j outside
  subroutine mean_energy(column, mean, ne)
    integer, intent(in) :: ne
    real(rk), intent(in) :: column(np,np,ne)
    real(rk), intent(out) :: mean
    real(rk) :: of_element
    integer :: e, i, j
    call require_grid(ne)
    mean = 0
    do e = 1, ne
      of_element = 0
      do j = 1, np
        do i = 1, np
          of_element = of_element + spheremp(i,j,e) * column(i,j,e)
        end do
      end do
      mean = mean + of_element
    end do
    mean = mean / sphere / g
  end subroutine mean_energy

  pure subroutine of_motion(nlev, v, dp, column)
    integer, intent(in) :: nlev
    real(rk), intent(in) :: v(nodes,2,nlev), dp(nodes,nlev)
    real(rk), intent(out) :: column(nodes)
    integer :: k
    column = 0
    do k = 1, nlev
      column = column + dp(:,k) * (v(:,1,k)**2 + v(:,2,k)**2) / 2
    end do
  end subroutine of_motion

  pure subroutine of_rising(nlev, w_i, dp, column)
    integer, intent(in) :: nlev
    real(rk), intent(in) :: w_i(nodes,nlev+1), dp(nodes,nlev)
    real(rk), intent(inout) :: column(nodes)
    integer :: k
    do k = 1, nlev
      column = column + dp(:,k) * (w_i(:,k)**2 + w_i(:,k+1)**2) / 4
    end do
  end subroutine of_rising

  pure subroutine of_heat(nlev, vtheta_dp, p, exner, phi_i, column)
    integer, intent(in) :: nlev
    real(rk), intent(in) :: vtheta_dp(nodes,nlev), p(nodes,nlev), exner(nodes,nlev), phi_i(nodes,nlev+1)
    real(rk), intent(out) :: column(nodes)
    integer :: k
    column = 0
    do k = 1, nlev
      column = column + (cp * vtheta_dp(:,k) * exner(:,k) + (phi_i(:,k+1) - phi_i(:,k)) * p(:,k))
    end do
    column = column + hyai(1) * ps0 * phi_i(:,1)
  end subroutine of_heat

  pure subroutine of_height(nlev, dp, phi_i, column)
    integer, intent(in) :: nlev
    real(rk), intent(in) :: dp(nodes,nlev), phi_i(nodes,nlev+1)
    real(rk), intent(out) :: column(nodes)
    integer :: k
    column = 0
    do k = 1, nlev
      column = column + dp(:,k) * (phi_i(:,k) + phi_i(:,k+1)) / 2
    end do
  end subroutine of_height

end module theta_l_energy
